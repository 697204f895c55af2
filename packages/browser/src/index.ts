// Every runtime package re-exports core. Its own `VecTrade` takes the place of core's.
export * from '@vectrade/core'
export { type BrowserOptions, VecTrade } from './client.ts'
export type { AnalysisSnapshot, AnalysisStatus } from './analysis-snapshot.ts'
export { type AnalysisStore, type AnalysisStoreOptions, createAnalysis } from './analysis-store.ts'
export type { AnalysisStorage } from './answer-note.ts'
export {
  createLive,
  type LiveSnapshot,
  type LiveStore,
  type LiveStoreOptions,
} from './live-store.ts'
