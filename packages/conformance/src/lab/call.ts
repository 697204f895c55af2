import { request } from 'node:http'
import { text } from 'node:stream/consumers'

/** A request that somebody outside of the runtime makes. */
export interface OutsideCall {
  url: string
  method?: string
  headers?: Record<string, string>
  /** Of a POST. Default: a prompt. */
  body?: string
}

export interface OutsideAnswer {
  status: number
  headers: Record<string, string>
  text: string
}

/** By a connection of its own: none is used again that a server closes after a refusal. */
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
