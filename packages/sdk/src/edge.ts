export * from '@vectrade/edge'
