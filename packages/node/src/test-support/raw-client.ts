export * from '@vectrade/test-kit/raw-client'
