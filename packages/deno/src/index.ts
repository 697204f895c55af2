// Every runtime package re-exports core. Its own `VecTrade` takes the place of core's.
export * from '@vectrade/core'
export { VecTrade } from './client.ts'
export { type HttpServer, serve, type ServeHandler, type ServeOptions } from './serve.ts'
