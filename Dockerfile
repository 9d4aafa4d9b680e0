# The relay, `telnyx-chat serve`. Build and run it with
#
#   docker build -t telnyx-chat .
#   docker run --rm -p 127.0.0.1:8080:8080 -e TELNYX_API_KEY -e TELNYX_ASSISTANT_ID -e TELNYX_CHAT_TOKEN telnyx-chat
ARG NODE=node:22-bookworm-slim

FROM ${NODE} AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN ["npm", "ci", "--ignore-scripts"]
COPY . .
RUN ["npm", "run", "build"]

FROM ${NODE}
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist ./dist
# For `help`.
COPY --from=build /app/docs ./docs
# `node`, by number, so that Kubernetes can tell that it is not root.
USER 1000:1000
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=5s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT ?? 8080}/health`).then(({ ok }) => process.exit(ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/app/bin/telnyx-chat.js"]
CMD ["serve", "--host", "0.0.0.0"]
