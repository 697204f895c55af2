export { readUpstream, type UpstreamFlags } from './read-upstream.ts'
export { type Sandbox, type StartOptions, startSandbox } from './server.ts'
export {
  type Closed,
  ConnectionCut,
  createSandboxHandler,
  type Cut,
  type ErrorShape,
  type Fault,
  type FaultBody,
  FaultSyntaxError,
  formatFault,
  type Frame,
  formatLiveFault,
  type HeaderLines,
  type KeyHeader,
  type LiveFault,
  type MarketHours,
  parseFault,
  parseLiveFault,
  type QuotaCode,
  type QuotaError,
  type SandboxConnection,
  type SandboxHandler,
  type SandboxLiveOptions,
  type SandboxOptions,
  type SandboxRequest,
  type SocketHeartbeat,
  type UpstreamOptions,
  type UsageSpelling,
} from './handler.ts'
export { type Diagnosis, diagnoseEndpoint } from './diagnose/diagnose-endpoint.ts'
export type { DiagnoseOptions } from './diagnose/diagnose-options.ts'
export type {
  BufferedFinding,
  CannotTellFinding,
  CompressedFinding,
  ContentLengthFinding,
  CutFinding,
  ErrorEventFinding,
  Finding,
  FindingParts,
  RefusedFinding,
  SilentFinding,
  UnreachableFinding,
  WrongContentTypeFinding,
} from './diagnose/finding.ts'
export type { Advice } from './diagnose/advice.ts'
export type { Hop } from './diagnose/hops.ts'
export type { Arrival, Ending, Measurement, ResponseHead } from './diagnose/measurement.ts'
