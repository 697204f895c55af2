// Every runtime package re-exports core. Its own `VecTrade` takes the place of core's.
export * from '@vectrade/core'
export { type BrowserOptions, VecTrade } from './client.ts'
