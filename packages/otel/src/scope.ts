import { version } from '@vectrade/core'

/** The name and the version under which OpenTelemetry shows the spans and the metrics of this package. */
export const scope: readonly [name: string, version: string] = ['@vectrade/otel', version]
