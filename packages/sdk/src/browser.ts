export * from '@vectrade/browser'
