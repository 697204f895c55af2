export { fromModel, type ModelOptions } from './from-model.ts'
export type { SourceModel } from './source-model.ts'
export { toEvents, type ToEventsOptions } from './to-events.ts'
export type { ModelPart, ModelParts } from './model-part.ts'
export {
  modelEvents,
  type ModelEvents,
  type ReasoningFields,
  type ToolCallFields,
  type ToolResultFields,
} from './model-events.ts'
export {
  createVecTrade,
  type VecTradeModelId,
  type VecTradeProvider,
  type VecTradeProviderOptions,
} from './create-vectrade.ts'
export {
  toUIMessageStreamResponse,
  type UIMessageStreamInit,
} from './to-ui-message-stream-response.ts'
export { analysisTool, type AnalysisTool, type AnalysisToolOptions } from './analysis-tool.ts'
export type { AnalysisToolInput, JSONSchemaOf, ToolInputSchema } from './tool-input-schema.ts'
