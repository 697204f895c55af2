export { redisStore, type RedisStoreOptions } from './redis-store.ts'
export type { RedisCommands, RedisConnection, RedisSubscriber } from './connection.ts'
