// The names of the core are the same in every runtime's package; `VecTrade` is the runtime's own.
export * from '@vectrade/core'
export { VecTrade } from './client.ts'
export { type HttpServer, serve, type ServeHandler, type ServeOptions } from './serve.ts'
