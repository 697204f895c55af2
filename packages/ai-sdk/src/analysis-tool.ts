import type { JSONValue } from '@ai-sdk/provider'
import type { AI, Analysis, OtherEvent, StreamEvent } from '@vectrade/core'
import {
  AnalysisSoFar,
  checkClient,
  checkOptions,
  type Checks,
  checkString,
  milliseconds,
} from '@vectrade/core/adapter'
import { toolError } from './tool-error.ts'
import {
  type AnalysisToolInput,
  type ToolInputSchema,
  toolInputSchema,
} from './tool-input-schema.ts'

/** The options of {@link analysisTool}. */
export interface AnalysisToolOptions {
  /** Tells models when to call the tool. Default: for questions about stocks, companies and markets. */
  description?: string | undefined
  /**
   * The least ms between two preliminary results. Each of them has the whole answer so far, so short intervals send
   * much. 0 turns them off. Default: 500.
   */
  preliminaryInterval?: number | undefined
}

const interval = /* @__PURE__ */ milliseconds(500)

const checks: Checks<AnalysisToolOptions> = {
  description: checkString,
  preliminaryInterval: interval,
}

/** A tool of the AI SDK. Its output is the {@link Analysis}. */
export interface AnalysisTool {
  /** Tells models when to call the tool. */
  description: string
  /** What a model passes to the tool. */
  inputSchema: ToolInputSchema
  /**
   * Asks VecTrade. All results but the last are preliminary. Aborting the signal, or leaving the iteration, ends the
   * request.
   */
  execute(
    input: AnalysisToolInput,
    options?: { abortSignal?: AbortSignal | undefined },
  ): AsyncGenerator<Analysis, void, undefined>
  /** Returns what the model gets: the text and the citations. */
  toModelOutput(options: { output: Analysis }): { type: 'json'; value: JSONValue }
}

/**
 * Lets any model of the AI SDK ask VecTrade, as a tool for `generateText`, `streamText` and agents.
 *
 * The model passes a question, and symbols if it likes. It gets the text of the answer and its citations. Pages can
 * show the answer while it grows: the results before the last one are preliminary.
 *
 * A failed call is a tool error with the `code` of the error of this SDK. The model gets a sentence that tells whether
 * to call again. The original error is the `cause`. The client repeats requests as its options say.
 *
 * @param client a client of any package of this SDK
 * @throws ConfigurationError if this is no client, or on a wrong option
 * @example
 * ```ts
 * import { analysisTool } from '@vectrade/ai-sdk'
 * import { VecTrade } from '@vectrade/node'
 * import { generateText, isStepCount, type LanguageModel } from 'ai'
 *
 * const tools = { analysis: analysisTool(new VecTrade()) }
 *
 * async function ask(model: LanguageModel, prompt: string) {
 *   const { text } = await generateText({ model, prompt, tools, stopWhen: isStepCount(3) })
 *   return text
 * }
 * ```
 */
export function analysisTool(
  client: { readonly ai: AI<StreamEvent | OtherEvent> },
  options: AnalysisToolOptions = {},
): AnalysisTool {
  checkClient('ai', 'stream')('client', client)
  checkOptions<AnalysisToolOptions>(options, checks)
  const {
    description = 'Asks a financial analyst about stocks, companies and markets. Returns the answer and its sources.',
    preliminaryInterval = interval.default,
  } = options
  return {
    description,
    inputSchema: toolInputSchema,
    async *execute({ prompt, symbols }, { abortSignal: signal } = {}) {
      try {
        const answer = client.ai.stream({ prompt, symbols }, { signal })
        const { requestId } = await answer.response
        const soFar = new AnalysisSoFar()
        let isChanged = false
        let lastAt = -Infinity
        for await (const event of answer) {
          // Events of a program's own types are no part of it.
          soFar.add(event as StreamEvent)
          isChanged ||= event.content !== '' || event.type === 'citation'
          if (!isChanged || preliminaryInterval === 0) continue
          if (performance.now() - lastAt < preliminaryInterval) continue
          const analysis = soFar.toAnalysis(requestId)
          yield { ...analysis, citations: [...analysis.citations] }
          isChanged = false
          lastAt = performance.now()
        }
        yield soFar.toAnalysis(requestId)
      } catch (error) {
        throw toolError(error, signal)
      }
    },
    toModelOutput({ output: { text, citations } }) {
      const value = { text, citations: citations.map(({ source, url }) => ({ source, url })) }
      return { type: 'json', value }
    },
  }
}
