import { request } from 'node:http'
import { text } from 'node:stream/consumers'

/** A request from outside the runtime. */
export interface OutsideCall {
  url: string
  method?: string
  headers?: Record<string, string>
  /** The body of a POST. Default: a prompt. */
  body?: string
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
}: OutsideCall): Promise<OutsideAnswer> {
  return new Promise((resolve, reject) => {
    const calling = request(url, { method, headers, agent: false }, (answer) => {
      text(answer).then((answered) => {
        const given = answer.headers as Record<string, string>
        resolve({ status: answer.statusCode ?? 0, headers: given, text: answered })
      }, reject)
    })
    calling.on('error', reject)
    calling.end(method === 'POST' ? body : undefined)
  })
}
