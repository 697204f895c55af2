import type { AnalysisStream, VecTrade } from '@vectrade/node'

/**
 * Begins an answer that can be resumed. On a busy machine, Redis may be too slow to store the beginning of an answer.
 * Such an answer is cancelled, and the prompt is asked again.
 *
 * @param onAsk called each time that the prompt is asked
 */
export async function beginStored(
  client: VecTrade,
  prompt: string,
  onAsk?: () => void,
): Promise<AnalysisStream> {
  for (;;) {
    onAsk?.()
    const stream = client.ai.stream(prompt)
    await stream.response
    if (stream.id !== undefined) return stream
    await stream.cancel()
  }
}
