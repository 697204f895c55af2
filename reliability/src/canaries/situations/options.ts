import type { VecTradeOptions } from '@vectrade/core'
import { failureOf, type Situation } from '../situation.ts'
import { marks } from '../marks.ts'

const { key, credential, prompt, payload } = marks

const ofClient: Record<string, unknown> = {
  'apiKey with a line break': { apiKey: `${key}\n` },
  'apiKey with a space': { apiKey: ` ${key}` },
  'apiKey beyond ASCII': { apiKey: `${key}é` },
  'apiKey in an object': { apiKey: { key } },
  'baseURL with a password': { apiKey: key, baseURL: `https://user:${credential}@example.com` },
  'baseURL with a query': { apiKey: key, baseURL: `https://example.com/?token=${credential}` },
  'baseURL with plain http': { apiKey: key, baseURL: `http://example.com/${payload}` },
  'invalid baseURL': { apiKey: key, baseURL: `${payload} ${credential}` },
  'baseURL of another scheme': { apiKey: key, baseURL: `ftp://${credential}/` },
  'endpoint and key': { apiKey: key, endpoint: `https://example.com/${payload}` },
  'endpoint with a password': { endpoint: `https://user:${credential}@example.com` },
  'invalid endpoint': { endpoint: `http://${credential}:99999` },
  'endpoint of another scheme': { endpoint: `file:///${payload}` },
  'headers with a line break': {
    apiKey: key,
    headers: { authorization: `Bearer ${credential}\n${payload}` },
  },
  'headers with an invalid name': { apiKey: key, headers: { 'a b': credential } },
  'headers beyond Latin-1': { apiKey: key, headers: { cookie: `${credential}📈` } },
  'headers with an object': { apiKey: key, headers: { authorization: { credential } } },
  'headers as text': { apiKey: key, headers: `authorization: ${credential}` },
  'headers as odd pairs': { apiKey: key, headers: [[credential]] },
  authScheme: { apiKey: key, authScheme: credential },
  fetch: { apiKey: key, fetch: credential },
  logger: { apiKey: key, logger: credential },
  allowInsecure: { apiKey: key, allowInsecure: credential },
  timeout: { apiKey: key, timeout: credential },
  maxRetries: { apiKey: key, maxRetries: Number.NaN },
  maxEventBytes: { apiKey: key, maxEventBytes: payload },
  'text instead of options': key,
  'a list instead of options': [key],
}

const ofCall: Record<string, { request?: unknown; options?: unknown }> = {
  prompt: { request: { prompt: { prompt } } },
  symbols: { request: { prompt, symbols: prompt } },
  'symbols in it': { request: { prompt, symbols: [{ prompt }] } },
  'a list instead of a prompt': { request: [prompt] },
  signal: { options: { signal: credential } },
  idempotencyKey: { options: { idempotencyKey: `${credential} ` } },
  headers: { options: { headers: { authorization: `${credential}\r\n` } } },
  timeout: { options: { timeout: credential } },
  'text instead of options': { options: credential },
}

/** Invalid options. */
export const options: readonly Situation[] = [
  ...Object.entries(ofClient).map(([name, given]): Situation => ({
    name: `option ${name}`,
    run: (lab) => failureOf(() => new lab.Client(given as VecTradeOptions)),
  })),
  ...Object.entries(ofCall).flatMap(([name, { request = prompt, options: given }]): Situation[] => [
    {
      name: `call: ${name}`,
      run: (lab) => failureOf(() => lab.client('').ai.stream(request as string, given as object)),
    },
    {
      name: `analyze: ${name}`,
      run: (lab) => failureOf(() => lab.client('').ai.analyze(request as string, given as object)),
    },
  ]),
  {
    name: 'a resumed stream without an endpoint',
    run: (lab) => failureOf(() => lab.client('').ai.resume(payload)),
  },
  {
    name: 'an invalid last event id',
    run: (lab) =>
      failureOf(() =>
        new lab.Client({ endpoint: lab.server.at('') }).ai.resume(payload, {
          lastEventId: payload,
        }),
      ),
  },
]

/** Values that are not errors: a client, a stream and a response are checked too. */
export const things: readonly Situation[] = [
  { name: 'a client', run: (lab) => lab.client('', { headers: { cookie: credential } }) },
  { name: 'its calls', run: (lab) => lab.client('').ai },
  { name: 'a stream', run: (lab) => lab.client('').ai.stream(prompt) },
  { name: 'an endpoint’s client', run: (lab) => new lab.Client({ endpoint: lab.server.at('') }) },
]
