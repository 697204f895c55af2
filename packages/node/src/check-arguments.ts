import { type Check, checkThat, hasMethods } from '@vectrade/core/adapter'

export const checkIncoming: Check = /* @__PURE__ */ checkThat(
  "Node's request, which is `request.raw` in Fastify and `ctx.req` in Koa",
  (value) => hasMethods(value, 'on', 'resume') && 'rawHeaders' in value,
)

export const checkOutgoing: Check = /* @__PURE__ */ checkThat(
  "Node's response, which is `reply.raw` in Fastify and `ctx.res` in Koa",
  (value) => hasMethods(value, 'on', 'setHeader', 'flushHeaders', 'end'),
)
