import { type Check, checkThat, hasMethods } from '@vectrade/core/adapter'

export const checkIncoming: Check = /* @__PURE__ */ checkThat(
  "a request of Node: Fastify's is `request.raw`, Koa's is `ctx.req`",
  (value) => hasMethods(value, 'on', 'resume') && 'rawHeaders' in value,
)

export const checkOutgoing: Check = /* @__PURE__ */ checkThat(
  "a response of Node: Fastify's is `reply.raw`, Koa's is `ctx.res`",
  (value) => hasMethods(value, 'on', 'setHeader', 'flushHeaders', 'end'),
)
