import { type AnalysisStream, type Fetch, RequestAbortedError, type VecTrade } from '@vectrade/core'
import { assert } from 'chai'
import { type Lab, newId } from '../lab.ts'
import { type Cases, forEach, rejection } from './cases.ts'

/** Starts a call and ends it at once. Returns the promises that it got from both. */
type Deed = (client: VecTrade, controller: AbortController) => Promise<unknown>[]

const read = (stream: AnalysisStream): Promise<unknown> => stream[Symbol.asyncIterator]().next()

const deeds: Record<string, Deed> = {
  'a read and cancel()'(client) {
    const stream = client.ai.stream('p')
    return [read(stream), stream.cancel()]
  },
  'a read and return()'(client) {
    const iterator = client.ai.stream('p')[Symbol.asyncIterator]()
    return [iterator.next(), iterator.return?.() ?? assert.fail()]
  },
  'a read and an abort'(client, controller) {
    const reading = read(client.ai.stream('p', controller))
    controller.abort()
    return [rejection(reading, RequestAbortedError)]
  },
  'a read and close()'(client) {
    const reading = read(client.ai.stream('p'))
    client.close()
    return [rejection(reading, RequestAbortedError)]
  },
  'response and cancel()'(client) {
    const stream = client.ai.stream('p')
    return [rejection(stream.response, RequestAbortedError), stream.cancel()]
  },
  'finalText() and stop()'(client) {
    const stream = client.ai.stream('p')
    return [rejection(stream.finalText(), RequestAbortedError), stream.stop()]
  },
  'a read of a tee and cancel() of both halves'(client) {
    const [left, right] = client.ai.stream('p').tee()
    return [read(left), read(right), left.cancel(), right.cancel()]
  },
  'what is passed on and cancel()'(client) {
    const reader = client.ai.stream('p').toReadableStream().getReader()
    return [reader.read(), reader.cancel()]
  },
  'analyze() and an abort'(client, controller) {
    const analysis = client.ai.analyze('p', controller)
    controller.abort()
    return [rejection(analysis, RequestAbortedError)]
  },
}

/** Calls that end in the tick in which they start, as in React's StrictMode. */
export function sameTick(lab: Lab): Cases {
  const endpoint = new URL('/stored', lab.options.baseURL)

  /** Returns a fetch that counts its calls. `sent` returns the count, with time for a late call. */
  const counting = (): { fetch: Fetch; sent: () => Promise<number> } => {
    let calls = 0
    return {
      fetch: (url, init) => {
        calls += 1
        return fetch(url, init)
      },
      sent: async () => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        return calls
      },
    }
  }

  return {
    ...forEach(
      Object.entries(deeds),
      ([name]) => `${name} send nothing`,
      async ([, deed]) => {
        const { fetch: counted, sent } = counting()
        await Promise.all(deed(await lab.client({ fetch: counted }), new AbortController()))
        assert.equal(await sent(), 0)
      },
    ),

    async 'resume(), a read and cancel() send nothing'() {
      const { fetch: counted, sent } = counting()
      const stream = lab.options.createClient({ endpoint, fetch: counted }).ai.resume('id')
      await Promise.all([read(stream), stream.cancel()])
      assert.equal(await sent(), 0)
    },

    async 'a component that is mounted, unmounted and mounted again costs one analysis'() {
      const id = newId()
      const { client } = await lab.ask({}, { id })
      const mount = (): { text: Promise<string>; unmount: () => void } => {
        const controller = new AbortController()
        const text = client.ai.stream('Bull case?', controller).finalText()
        return { text, unmount: () => controller.abort() }
      }
      const first = mount()
      first.unmount()
      const second = mount()
      await rejection(first.text, RequestAbortedError)
      assert.match(await second.text, /simulated/i)
      assert.equal((await lab.seen({ id })).length, 1)
    },
  }
}
