# The whole of Holdfast in one image: command line, FHIR server, ledger node, contract and worker, run by `holdfast up`.
FROM node:24-bookworm-slim AS build
WORKDIR /holdfast
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-bookworm-slim
WORKDIR /holdfast
ENV NODE_ENV=production DATA_DIR=/data HOST=0.0.0.0 PORT=8080
COPY --from=build /holdfast/package.json ./
COPY --from=build /holdfast/node_modules ./node_modules
COPY --from=build /holdfast/migrations ./migrations
COPY --from=build /holdfast/fhir-profiles ./fhir-profiles
COPY --from=build /holdfast/dist ./dist
RUN mkdir /data && chown node:node /data
# Keys and, without DATABASE_URL, the database: losing this volume is losing every record.
VOLUME /data
USER node
EXPOSE 8080
HEALTHCHECK --start-period=30s CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/health/ready`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "dist/apps/holdfast/src/main.js"]
CMD ["up"]
