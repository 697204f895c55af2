// Every runtime package re-exports core. Its own `VecTrade` takes the place of core's.
export * from '@vectrade/core'
export { VecTrade } from './client.ts'
export type { NodeRequest, NodeResponse } from './node-http-types.ts'
export { type PipeOptions, pipeToResponse } from './pipe-to-response.ts'
export { type FetchHandler, type NodeHandler, toNodeHandler } from './to-node-handler.ts'
export { toNodeReadable } from './to-node-readable.ts'
