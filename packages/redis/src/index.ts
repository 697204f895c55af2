export { redisFeed, type RedisFeed, type RedisFeedOptions } from './redis-feed.ts'
export { redisStore, type RedisStoreOptions } from './redis-store.ts'
export type {
  RedisCommands,
  RedisConnection,
  RedisEvalOptions,
  RedisListener,
  RedisSubscriber,
} from './connection.ts'
