import { createServer } from "node:http";

const answer = (path) => {
  const text = "before " + path;
  return text; // the debugger stops here
};

createServer((request, response) => response.end(answer(request.url))).listen(8000);
