// llama.cpp beside our engine: `solwright bench engine --against llama.cpp` starts it with a GGUF and a number of threads, and
// writes a measurement a line; the answer is the seconds that it took. `crates/cli/src/bench/engine/worker.rs` speaks the same.
#include "llama.h"

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

using Clock = std::chrono::steady_clock;

static double since(Clock::time_point start) {
    return std::chrono::duration<double>(Clock::now() - start).count();
}

struct Worker {
    llama_model * model;
    llama_context * context;
    int vocabulary;
    // Tokens that sequence 0 has read.
    int held = 0;

    // Any token, never the same twice running; ours reads the same ones.
    llama_token token(int at) const {
        return (llama_token) ((at * 7919u + 13u) % (unsigned) std::min(vocabulary, 8000));
    }

    // One pass: so many new tokens of each sequence, at the same positions.
    void read(int position, int tokens, int sequences, bool every) {
        llama_batch batch = llama_batch_init(tokens * sequences, 0, 1);
        for (int sequence = 0; sequence < sequences; sequence++) {
            for (int at = 0; at < tokens; at++) {
                const int row = batch.n_tokens++;
                batch.token[row] = token(position + at + sequence);
                batch.pos[row] = position + at;
                batch.n_seq_id[row] = 1;
                batch.seq_id[row][0] = sequence;
                batch.logits[row] = every || at == tokens - 1;
            }
        }
        const int failed = llama_decode(context, batch);
        llama_batch_free(batch);
        if (failed || !llama_get_logits_ith(context, -1)) {
            std::cerr << "llama_decode failed with " << failed << std::endl;
            std::exit(1);
        }
    }

    // Sequence 0 alone, with its first tokens.
    void hold(int tokens) {
        llama_memory_t memory = llama_get_memory(context);
        if (held < tokens) {
            llama_memory_clear(memory, true);
            read(0, tokens, 1, false);
        }
        llama_memory_seq_keep(memory, 0);
        llama_memory_seq_rm(memory, 0, tokens, -1);
        held = tokens;
    }

    double measure(const std::string & what, int first, int second, int third) {
        if (what == "prefill") {
            llama_memory_clear(llama_get_memory(context), true);
            const auto start = Clock::now();
            read(0, first, 1, false);
            held = first;
            return since(start);
        }
        hold(first);
        if (what == "together") {
            for (int sequence = 1; sequence < second; sequence++) {
                llama_memory_seq_cp(llama_get_memory(context), 0, sequence, -1, -1);
            }
        }
        const auto start = Clock::now();
        if (what == "decode") {
            for (int step = 0; step < second; step++) {
                read(first + step, 1, 1, false);
            }
        } else if (what == "together") {
            for (int step = 0; step < third; step++) {
                read(first + step, 1, second, false);
            }
        } else if (what == "verify") {
            for (int step = 0; step < third; step++) {
                read(first + step * second, second, 1, true);
            }
        } else if (what == "warm") {
            read(first, second, 1, false);
        } else {
            std::cerr << "nothing is known of `" << what << "`" << std::endl;
            std::exit(2);
        }
        const double seconds = since(start);
        // What was read beyond goes at the next `hold`.
        return seconds;
    }
};

int main(int count, char ** arguments) {
    if (count != 3) {
        std::cerr << "usage: " << arguments[0] << " MODEL.gguf THREADS" << std::endl;
        return 2;
    }
    llama_log_set([](ggml_log_level, const char *, void *) {}, nullptr);
    llama_backend_init();
    const auto start = Clock::now();
    llama_model * model = llama_model_load_from_file(arguments[1], llama_model_default_params());
    if (!model) {
        std::cerr << "`" << arguments[1] << "` cannot be loaded" << std::endl;
        return 1;
    }
    llama_context_params params = llama_context_default_params();
    params.n_ctx = 2560;
    params.n_batch = 2048;
    params.n_threads = params.n_threads_batch = std::atoi(arguments[2]);
    params.n_seq_max = 16;
    params.kv_unified = true;
    llama_context * context = llama_init_from_model(model, params);
    if (!context) {
        std::cerr << "no context can be made" << std::endl;
        return 1;
    }
    Worker worker { model, context, llama_vocab_n_tokens(llama_model_get_vocab(model)) };
    std::cout << since(start) << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
        std::istringstream words(line);
        std::string what;
        int first = 0, second = 0, third = 0;
        words >> what >> first >> second >> third;
        std::cout << worker.measure(what, first, second, third) << std::endl;
    }
}
