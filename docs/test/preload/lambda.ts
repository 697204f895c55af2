// Stands for the global object that AWS Lambda gives to functions on Node.
import type { Writable } from 'node:stream'

Object.assign(globalThis, {
  awslambda: {
    streamifyResponse: (handler: unknown) => handler,
    HttpResponseStream: {
      from(stream: Writable, head: object): Writable {
        stream.write(`${JSON.stringify(head)}\0\0\0\0\0\0\0\0`)
        return stream
      },
    },
  },
})
