{{- define "trunkline.labels" -}}
app.kubernetes.io/part-of: trunkline
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
{{ include "trunkline.selector" . }}
{{- end }}

{{- define "trunkline.selector" -}}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/name: {{ .name }}
{{- end }}

{{- define "trunkline.fullname" -}}
{{ .root.Release.Name }}-{{ .name }}
{{- end }}

{{- define "trunkline.image" -}}
{{- $image := .root.Values.image -}}
{{ with $image.registry }}{{ . }}/{{ end }}{{ $image.repository }}/{{ .name }}:{{ $image.tag }}
{{- end }}

{{- define "trunkline.natsUrl" -}}
{{- if .Values.nats.enabled -}}nats://{{ .Release.Name }}-nats:4222{{- else -}}{{ required "nats.url is needed when nats.enabled is false" .Values.nats.url }}{{- end -}}
{{- end }}

{{- define "trunkline.podSecurity" -}}
runAsNonRoot: true
runAsUser: 1000
runAsGroup: 1000
fsGroup: 1000
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "trunkline.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- /* Replicas on different machines, where there are any. */}}
{{- define "trunkline.spread" -}}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels: {{- include "trunkline.selector" . | nindent 6 }}
{{- end }}
