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
  type KeyHeader,
  parseFault,
  type QuotaError,
  type SandboxConnection,
  type SandboxHandler,
  type SandboxOptions,
  type SandboxRequest,
} from './handler.ts'
