# The OpenTelemetry collector from Debian's sources where otel/opentelemetry-collector-contrib cannot be pulled. Like the public image it
# has nothing but the program in it: no shell, and no root.
FROM debian:bookworm-slim AS built
RUN mirror=$(apt-get indextargets --format '$(REPO_URI)' | grep -m1 '/debian/\?$') \
 && echo "deb [check-valid-until=no] $mirror sid main" >/etc/apt/sources.list.d/sid.list \
 && apt-get -qq update \
 && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends -t sid \
      golang-go golang-opentelemetry-collector-dev golang-gopkg-natefinch-lumberjack.v2-dev >/dev/null
COPY collector/ /usr/share/gocode/src/trunkline/collector/
ENV GO111MODULE=off GOPATH=/usr/share/gocode GOFLAGS=-buildvcs=false CGO_ENABLED=0 GOCACHE=/tmp/go
RUN go build -trimpath -ldflags '-s -w' -o /otelcol-contrib trunkline/collector

FROM scratch
LABEL trunkline.stand-in=true
COPY --from=built /otelcol-contrib /otelcol-contrib
USER 10001
EXPOSE 4317 4318 55679
ENTRYPOINT ["/otelcol-contrib"]
CMD ["--config", "/etc/otelcol-contrib/config.yaml"]
