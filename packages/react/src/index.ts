'use client'
// The directive lets React Server Components import the hooks: they run in pages only.

export { type AnalysisActions, useAnalysis, type UseAnalysisOptions } from './use-analysis.ts'
export { useLive, type UseLiveOptions } from './use-live.ts'
