export * from '@vectrade/deno'
