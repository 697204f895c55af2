import { VecTradeError } from '@vectrade/core'
import { analyze, ask, failureOf, type Situation } from '../situation.ts'
import { answer, eventStream } from '../hostile-server.ts'
import { marks } from '../marks.ts'

const { key, credential, prompt, payload } = marks
const begun = eventStream(`data: {"type":"text","content":"${payload}"}\n\n`)

/** Ends that the program itself brings about. */
export const endings: readonly Situation[] = [
  {
    name: 'aborted before the call',
    run: (lab) => ask(lab.client(begun), { signal: AbortSignal.abort() }),
  },
  {
    name: 'aborted with a reason',
    run: (lab) => ask(lab.client(begun), { signal: AbortSignal.abort(new Error('Enough')) }),
  },
  ...['', begun].flatMap((bytes, at): Situation[] => [
    {
      name: `a signal's time limit, ${at}`,
      run: (lab) =>
        ask(
          lab.client((socket) => socket.write(bytes)),
          { signal: AbortSignal.timeout(60) },
        ),
    },
    {
      name: `an analysis aborted, ${at}`,
      run: (lab) =>
        analyze(
          lab.client((socket) => socket.write(bytes)),
          { signal: AbortSignal.timeout(60) },
        ),
    },
    {
      name: `a client closed, ${at}`,
      run: (lab) => {
        const client = lab.client((socket) => socket.write(bytes))
        setTimeout(() => client.close(), 60)
        return ask(client)
      },
    },
  ]),
  {
    name: 'a closed client',
    run: (lab) => {
      const client = lab.client(begun)
      client.close()
      return ask(client)
    },
  },
  {
    name: 'a stream read twice',
    run: async (lab) => {
      const stream = lab.client(begun).ai.stream(prompt)
      await failureOf(stream.finalText())
      return failureOf(stream.finalText())
    },
  },
  {
    name: 'both halves of a tee',
    run: async (lab) => {
      const halves = lab.client(begun).ai.stream(prompt).tee()
      return Promise.all(halves.map((half) => failureOf(half.finalText())))
    },
  },
  {
    name: 'the response of a stream that fails',
    quotes: true,
    run: (lab) =>
      failureOf(lab.client(answer(401, `{"error":"${key}"}`)).ai.stream(prompt).response),
  },
]

const quotedBack = (status: number, value: string): string =>
  answer(
    status,
    JSON.stringify({
      error: { type: value, message: `${'-'.repeat(1_995)}${value}; ${value}`, docs_url: value },
      request_id: value,
    }),
    { 'x-request-id': value },
  )

const credentials: Record<string, string> = {
  authorization: `Bearer ${credential}`,
  Authorization: `Basic ${credential}`,
  'x-api-key': credential,
  cookie: `theme=dark; sid=${credential}`,
  'x-auth-token': credential,
  'cf-access-client-secret': credential,
  'x-session': credential,
  'x-amz-security-token': credential,
}

/** Credentials in headers. The server quotes them with or without their scheme, in any case. */
export const headers: readonly Situation[] = Object.entries(credentials).flatMap(([name, value]) =>
  [value, credential, value.toUpperCase()].flatMap((quoted, at): Situation[] => [
    {
      name: `${name} of a client, quoted ${at}`,
      quotes: true,
      run: (lab) => ask(lab.client(quotedBack(401, quoted), { headers: { [name]: value } })),
    },
    {
      name: `${name} of a call, quoted ${at}`,
      quotes: true,
      run: (lab) => analyze(lab.client(quotedBack(500, quoted)), { headers: [[name, value]] }),
    },
    {
      name: `${name} in a stream, quoted ${at}`,
      quotes: true,
      run: (lab) =>
        ask(
          lab.client(eventStream(`event: error\ndata: {"error":"x","message":"${quoted}"}\n\n`), {
            headers: new Headers({ [name]: value }),
          }),
        ),
    },
  ]),
)

const statuses = [301, 302, 303, 307, 308]

/** Redirects that are not followed, or lead nowhere. */
export const redirects: readonly Situation[] = [
  ...statuses.flatMap((status) =>
    [
      `http://${key}.example/?${payload}`,
      `https://127.0.0.1:1/${key}`,
      `http://user:${key}@127.0.0.1:1/`,
      `//${key}:99999/`,
      `data:text/html,${payload}`,
      `${key}:x`,
      '',
    ].map((location, at): Situation => ({
      name: `${status} to ${at}`,
      quotes: true,
      run: (lab) => ask(lab.client(answer(status, payload, { location, 'x-request-id': key }))),
    })),
  ),
  {
    name: 'a redirect without an end',
    run: (lab) =>
      ask(
        lab.client((socket, request) => {
          const path = request.split(' ')[1]
          socket.end(answer(307, payload, { location: `${path}?` }))
        }),
      ),
  },
]

/** Functions of the program that misbehave. */
export const functions: readonly Situation[] = [
  ...Object.entries<() => unknown>({
    throws: () => {
      throw new Error('No network')
    },
    'returns nothing': () => undefined,
    'returns a value that is not a response': () => ({ status: 200, text: payload }),
    'returns a body that fails': () =>
      new Response(
        new ReadableStream({
          start(controller) {
            controller.error(new TypeError('broken'))
          },
        }),
        { headers: { 'content-type': 'text/event-stream' } },
      ),
    'returns a used response': () => {
      const response = new Response(payload)
      void response.text()
      return response
    },
    'returns a hidden redirect': () => ({
      status: 0,
      type: 'opaqueredirect',
      headers: new Headers(),
      body: null,
    }),
  }).map(([what, fetch]): Situation => ({
    name: `a fetch that ${what}`,
    run: (lab) =>
      ask(
        lab.client('', {
          fetch: (async () => fetch()) as unknown as NonNullable<
            ConstructorParameters<typeof lab.Client>[0]['fetch']
          >,
        }),
      ),
  })),
  {
    name: 'a logger that throws',
    quotes: true,
    run: (lab) =>
      ask(
        lab.client(answer(503, `{"error_code":"${key}"}`, { 'retry-after-ms': '1' }), {
          maxRetries: 1,
          logger: {
            warn(message) {
              throw new Error(message)
            },
          },
        }),
      ),
  },
  {
    name: 'a subclass of our error',
    run: () => new VecTradeError('Mine', 'timeout', { requestId: 'req_1' }),
  },
]
