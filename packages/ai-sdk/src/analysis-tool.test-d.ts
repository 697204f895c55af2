import type { Analysis, VecTrade } from '@vectrade/core'
import { type InferUITools, tool, type ToolSet } from 'ai'
import { expectTypeOf } from 'vitest'
import { analysisTool, type AnalysisTool } from './analysis-tool.ts'
import type { AnalysisToolInput } from './tool-input-schema.ts'

declare const client: VecTrade

const tools = { analysis: analysisTool(client) } satisfies ToolSet
tool(tools.analysis)

type UITools = InferUITools<{ analysis: AnalysisTool }>
expectTypeOf<UITools['analysis']>().toEqualTypeOf<{ input: AnalysisToolInput; output: Analysis }>()

// @ts-expect-error -- a prompt is required
tools.analysis.execute({ symbols: ['NVDA'] })
