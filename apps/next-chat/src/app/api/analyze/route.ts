import { createHandler, memoryStore, VecTrade } from '@vectrade/node'

// With more than one instance, use a store that they share, such as that of @vectrade/redis.
const handler = createHandler({ client: new VecTrade(), store: memoryStore() })

export { handler as DELETE, handler as GET, handler as POST }
