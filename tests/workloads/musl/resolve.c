/* Prints the addresses of each name, as this C library resolves them; "NAME: reason" where it cannot. */
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc == 1) for (;;) pause();
  int failed = 0;
  for (int i = 1; i < argc; i++) {
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *found, *one;
    int error = getaddrinfo(argv[i], NULL, &hints, &found);
    if (error) {
      printf("%s: %s\n", argv[i], gai_strerror(error));
      failed = 1;
      continue;
    }
    for (one = found; one; one = one->ai_next) {
      char text[INET_ADDRSTRLEN];
      inet_ntop(AF_INET, &((struct sockaddr_in *)one->ai_addr)->sin_addr, text, sizeof text);
      printf("%s\n", text);
    }
    freeaddrinfo(found);
  }
  return failed;
}
