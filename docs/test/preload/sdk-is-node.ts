// The guide's import, until there is a package of that name.
import { registerHooks } from 'node:module'

registerHooks({
  resolve: (specifier, context, next) =>
    next(specifier === '@vectrade/sdk' ? '@vectrade/node' : specifier, context),
})
