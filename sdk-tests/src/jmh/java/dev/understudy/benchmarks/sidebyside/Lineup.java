package dev.understudy.benchmarks.sidebyside;

/** Who competes, in the order of the tables; the first is what the others are compared with. */
enum Lineup {
    RAW("raw OkHttp with jackson-core", RawOkHttp::withItsTimeouts),
    RAW_UNBOUNDED("the same without any time-out", RawOkHttp::withoutTimeouts),
    OPENAI_JAVA("openai-java", OpenAiJava::new),
    LANGCHAIN4J("LangChain4j", LangChain4j::new),
    HAND_WIRED("OkHttp, resilience4j, Caffeine by hand", HandWired::new),
    UNDERSTUDY("**Understudy**", (url, callers) -> UnderstudyAgent.open(url, callers, false)),
    UNDERSTUDY_CACHED("**Understudy**, cache on", (url, callers) -> UnderstudyAgent.open(url, callers, true));

    /** Sets a contestant up. */
    @FunctionalInterface
    interface Setup {
        /**
         * Sets it up.
         *
         * @param url what the API's documentation calls the base URL
         * @param callers how many threads will call at once: pools and limits are wide enough for all of them
         */
        Contestant open(String url, int callers) throws Exception;
    }

    private final String title;
    private final Setup setup;

    Lineup(String title, Setup setup) {
        this.title = title;
        this.setup = setup;
    }

    String title() {
        return title;
    }

    Contestant open(String url, int callers) throws Exception {
        return setup.open(url, callers);
    }
}
