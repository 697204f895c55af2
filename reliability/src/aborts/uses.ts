import { RequestAbortedError, type VecTrade } from '@vectrade/node'

interface Call {
  client: VecTrade
  signal: AbortSignal
  headers: Record<string, string>
}

/** A way to use a call. It settles when the call does, and rejects with the same error. */
export type Use = (call: Call) => Promise<unknown>

const prompt = 'Bull case for NVDA?'

export const streamUses: Readonly<Record<string, Use>> = {
  loop: async ({ client, ...options }) => {
    for await (const _ of client.ai.stream(prompt, options));
  },
  'text stream': async ({ client, ...options }) => {
    for await (const _ of client.ai.stream(prompt, options).textStream);
  },
  'final text': ({ client, ...options }) => client.ai.stream(prompt, options).finalText(),
  response: async ({ client, ...options }) => {
    const stream = client.ai.stream(prompt, options)
    await stream.response
    await stream.finalAnalysis()
  },
  tee: async ({ client, ...options }) => {
    const branches = client.ai.stream(prompt, options).tee()
    const results = await Promise.allSettled(branches.map((branch) => branch.finalText()))
    for (const result of results) if (result.status === 'rejected') throw result.reason
  },
  relay: async ({ client, ...options }) => {
    await relayed(client.ai.stream(prompt, options).toReadableStream(), options.signal)
  },
  "relay, by the relay's signal": async ({ client, headers, signal }) => {
    const stream = client.ai.stream(prompt, { headers })
    await relayed(stream.toReadableStream({ signal }), signal)
  },
}

export const analyze: Use = ({ client, ...options }) => client.ai.analyze(prompt, options)

/** Reads a relayed stream. Its end must tell how the call ended. */
async function relayed(body: ReadableStream<Uint8Array>, signal: AbortSignal): Promise<void> {
  const text = await new Response(body).text()
  const last = text.trimEnd().split('\n\n').at(-1) ?? ''
  if (last === 'data: [DONE]') return
  if (!last.startsWith('event: error\n')) throw new Error(`relayed without an end: ${last}`)
  if (last.includes('The request was aborted')) {
    throw new RequestAbortedError(undefined, { cause: signal.reason })
  }
}
