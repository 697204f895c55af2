import { createClient, createCluster, createSentinel } from 'redis'
import { test } from 'vitest'
import type { RedisConnection } from './index.ts'

test('every client of the package is accepted', () => {
  createClient() satisfies RedisConnection
  createClient({ RESP: 2 }) satisfies RedisConnection
  createCluster({ rootNodes: [] }) satisfies RedisConnection
  createSentinel({ name: 'x', sentinelRootNodes: [] }) satisfies RedisConnection
  // @ts-expect-error This is not a client.
  ;({ get: (key: string) => key }) satisfies RedisConnection
})
