import { type Check, checkText, checkThat, hasMethods } from '@vectrade/core/adapter'

export const checkRedis: Check = checkThat(
  'a client of the package `redis`, version 6, such as the one that createClient() returns. A client of ' +
    'ioredis and the promise that connect() returns are not supported',
  (value) => hasMethods(value, 'withCommandOptions', 'duplicate'),
)

export const checkPrefix: Check = checkText('a string without braces', /^[^{}]*$/)
