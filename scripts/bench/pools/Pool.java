// java Pool.java URL RATE SECONDS: half of the requests are POST, over the connections that the JDK keeps; prints JSON.
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.Collectors;

class Pool {
  public static void main(String[] args) throws Exception {
    URI url = URI.create(args[0]);
    double rate = Double.parseDouble(args[1]), seconds = Double.parseDouble(args[2]);
    HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    Map<String, Integer> names = new ConcurrentHashMap<>();
    ConcurrentLinkedQueue<String> failed = new ConcurrentLinkedQueue<>();
    List<CompletableFuture<?>> running = new ArrayList<>();
    long start = System.nanoTime();
    int sent = 0;
    while (System.nanoTime() - start < seconds * 1e9) {
      String method = sent % 2 == 0 ? "GET" : "POST";
      HttpRequest.Builder request = HttpRequest.newBuilder(url).timeout(Duration.ofSeconds(5));
      request.method(method, method.equals("GET") ? BodyPublishers.noBody() : BodyPublishers.ofString("x".repeat(2000)));
      running.add(client.sendAsync(request.build(), BodyHandlers.ofString()).handle((answer, error) -> {
        if (error != null) failed.add(method + ": " + error.getMessage());
        else names.merge(answer.body().replaceAll("(?s).*\"name\":\"(\\w+)\".*", "$1"), 1, Integer::sum);
        return null;
      }));
      sent++;
      long wait = start + (long) (sent * 1e9 / rate) - System.nanoTime();
      if (wait > 0) Thread.sleep(wait / 1_000_000, (int) (wait % 1_000_000));
    }
    CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
    System.out.println("{\"sent\":" + sent + ",\"failed\":[" + quoted(failed) + "],\"names\":{"
        + names.entrySet().stream().map(one -> "\"" + one.getKey() + "\":" + one.getValue()).collect(Collectors.joining(",")) + "}}");
    System.exit(0);
  }

  static String quoted(Iterable<String> all) {
    List<String> texts = new ArrayList<>();
    for (String one : all) texts.add("\"" + one.replace("\"", "'") + "\"");
    return String.join(",", texts);
  }
}
