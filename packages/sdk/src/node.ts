export * from '@vectrade/node'
