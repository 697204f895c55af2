export { redisStore, type RedisStoreOptions } from './redis-store.ts'
export type {
  RedisCommands,
  RedisConnection,
  RedisEvalOptions,
  RedisListener,
  RedisSubscriber,
} from './connection.ts'
