export { decodeEventStream } from '@vectrade/core'
