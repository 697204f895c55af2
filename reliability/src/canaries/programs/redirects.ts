import type { VecTrade, VecTradeOptions } from '@vectrade/core'
import { lastChunk } from '@vectrade/test-kit/raw-server'
import { answer, eventStream, startHostileServer } from '../hostile-server.ts'
import { marks } from '../marks.ts'
import { report } from '../report.ts'
import { startLab } from '../start-lab.ts'

/** Follows redirects of every kind with every kind of credential, and checks who receives them. */
// Node 22 has no `await using`.
const lab = await startLab()
const elsewhere = await startHostileServer()
const failures: string[] = []
let redirects = 0

const { key, credential, prompt } = marks
const whole = eventStream('data: {"type":"text","content":"a"}\n\ndata: [DONE]\n\n') + lastChunk
const statuses = [301, 302, 303, 307, 308]

/** The credentials that are sent with a request, by their source. */
const senders: Record<string, { options: VecTradeOptions; secret: string }> = {
  'a key in X-API-Key': { options: { apiKey: key, authScheme: 'x-api-key' }, secret: key },
  'a key in Authorization': { options: { apiKey: key, authScheme: 'bearer' }, secret: key },
  'a key, with the default authScheme': { options: { apiKey: key }, secret: key },
  'a header': {
    options: { apiKey: key, headers: { authorization: `Bearer ${credential}` } },
    secret: credential,
  },
  'a cookie': {
    options: { apiKey: key, headers: { cookie: `sid=${credential}` } },
    secret: credential,
  },
}

/** Functions that return an address at another origin. */
const others: Record<string, (at: string) => string> = {
  'another port': () => elsewhere.at(whole),
  'another port, without a scheme': () => elsewhere.at(whole).slice('http:'.length),
  'another scheme': () => elsewhere.at(whole).replace('http:', 'https:'),
  'another scheme of the same address': (at) => at.replace('http:', 'https:'),
  'another name of the same address': (at) => at.replace('127.0.0.1', 'localhost'),
  'another port, with a password': () => elsewhere.at(whole).replace('//', '//user:password@'),
  'another port, with backslashes': () =>
    elsewhere.at(whole).slice('http:'.length).replace('//', '\\\\'),
}

const clientOf = (url: string, options: VecTradeOptions): VecTrade =>
  new lab.Client({ baseURL: url, maxRetries: 0, logger: lab.logger, ...options })

async function outcomeOf(client: VecTrade): Promise<string> {
  redirects += 1
  try {
    return await client.ai.stream(prompt).finalText()
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  }
}

for (const status of statuses) {
  for (const [sender, { options, secret }] of Object.entries(senders)) {
    for (const [target, locationOf] of Object.entries(others)) {
      const name = `${status} to ${target} with ${sender}`
      const final = lab.server.at(whole)
      const first = lab.server.at(answer(status, '', { location: locationOf(final) }))
      // The redirect comes at once, or after another redirect that is followed.
      const before = lab.server.at(answer(307, '', { location: `${first}/ai/analyze` }))
      for (const url of [first, before]) {
        const [seen, connections] = [lab.server.received.length, elsewhere.connections]
        const outcome = await outcomeOf(clientOf(url, options))
        if (outcome !== 'ConnectionError') failures.push(`${name}: ${outcome}`)
        if (elsewhere.connections !== connections)
          failures.push(`${name}: a client connected there`)
        const asked = lab.server.received.length - seen
        if (asked !== (url === first ? 1 : 2)) failures.push(`${name}: ${asked} requests`)
      }
    }

    const name = `${status} to the same origin with ${sender}`
    const location = new URL(lab.server.at(whole))
    location.username = 'somebody'
    const seen = lab.server.received.length
    const first = lab.server.at(answer(status, '', { location: location.href }))
    const outcome = await outcomeOf(clientOf(first, options))
    const [, request = ''] = lab.server.received.slice(seen)
    if (outcome !== 'a') failures.push(`${name}: ${outcome}`)
    if (!request.includes(secret)) failures.push(`${name}: the credential is missing`)
    if (request.includes(prompt) !== status > 303)
      failures.push(`${name}: the prompt is ${status > 303 ? 'missing' : 'sent'}`)
    if (/somebody|c29tZWJvZHk/.test(request))
      failures.push(`${name}: the user name of the URL is sent`)
  }
}

report({ redirects, failures })
await lab[Symbol.asyncDispose]()
await elsewhere[Symbol.asyncDispose]()
