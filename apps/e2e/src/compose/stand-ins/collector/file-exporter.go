package main

import (
	"context"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/exporterhelper"
	"go.opentelemetry.io/collector/pdata/pmetric"
	"go.opentelemetry.io/collector/pdata/ptrace"
	"gopkg.in/natefinch/lumberjack.v2"
)

type fileConfig struct {
	Path     string `mapstructure:"path"`
	Rotation struct {
		MaxMegabytes int `mapstructure:"max_megabytes"`
		MaxBackups   int `mapstructure:"max_backups"`
	} `mapstructure:"rotation"`
}

// One OTLP JSON document a line, as the contrib exporter of this name writes them.
func newFileExporter() exporter.Factory {
	return exporter.NewFactory(
		component.MustNewType("file"),
		func() component.Config { return &fileConfig{} },
		exporter.WithTraces(createTraces, component.StabilityLevelAlpha),
		exporter.WithMetrics(createMetrics, component.StabilityLevelAlpha),
	)
}

func createTraces(ctx context.Context, set exporter.Settings, config component.Config) (exporter.Traces, error) {
	file := open(config)
	push := func(_ context.Context, traces ptrace.Traces) error {
		return writeLine(file)((&ptrace.JSONMarshaler{}).MarshalTraces(traces))
	}
	return exporterhelper.NewTraces(ctx, set, config, push, closing(file))
}

func createMetrics(ctx context.Context, set exporter.Settings, config component.Config) (exporter.Metrics, error) {
	file := open(config)
	push := func(_ context.Context, metrics pmetric.Metrics) error {
		return writeLine(file)((&pmetric.JSONMarshaler{}).MarshalMetrics(metrics))
	}
	return exporterhelper.NewMetrics(ctx, set, config, push, closing(file))
}

func open(config component.Config) *lumberjack.Logger {
	of := config.(*fileConfig)
	return &lumberjack.Logger{Filename: of.Path, MaxSize: of.Rotation.MaxMegabytes, MaxBackups: of.Rotation.MaxBackups}
}

func closing(file *lumberjack.Logger) exporterhelper.Option {
	return exporterhelper.WithShutdown(func(context.Context) error { return file.Close() })
}

func writeLine(file *lumberjack.Logger) func([]byte, error) error {
	return func(document []byte, err error) error {
		if err == nil {
			_, err = file.Write(append(document, '\n'))
		}
		return err
	}
}
