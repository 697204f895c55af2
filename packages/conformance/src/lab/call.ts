import { type IncomingMessage, request } from 'node:http'

/** A request from outside the runtime. */
export interface OutsideCall {
  url: string
  method?: string
  headers?: Record<string, string>
  /** The body of a POST. Default: a prompt. */
  body?: string
  /** The number of events after which the caller leaves. Default: it reads to the end. */
  events?: number
}

export interface OutsideAnswer {
  status: number
  headers: Record<string, string>
  text: string
}

/** Makes a request on a new connection, because a server may close one after a refusal. */
export function callFromOutside({
  url,
  method = 'POST',
  headers = {},
  body = '{"prompt":"Bull case?"}',
  events = Infinity,
}: OutsideCall): Promise<OutsideAnswer> {
  return new Promise((resolve, reject) => {
    const calling = request(url, { method, headers, agent: false }, (answer) => {
      upTo(events, answer).then((answered) => {
        const given = answer.headers as Record<string, string>
        resolve({ status: answer.statusCode ?? 0, headers: given, text: answered })
      }, reject)
    })
    calling.on('error', reject)
    calling.end(method === 'POST' ? body : undefined)
  })
}

/** Reads this many events, and leaves. Reads less if the answer ends before. */
async function upTo(events: number, answer: IncomingMessage): Promise<string> {
  let read = ''
  answer.setEncoding('utf8')
  for await (const text of answer) {
    read += String(text)
    if (read.split(/^data:.*\n\n/m).length > events) break
  }
  return read
}
