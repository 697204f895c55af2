/** A part of an analysis. The parts are streamed in their order. */
export type AnalysisPart =
  | { type: 'text'; content: string }
  | { type: 'citation'; source: string; url: string }
