// For tools that do not read `exports`.
export * from './dist/handler.js'
