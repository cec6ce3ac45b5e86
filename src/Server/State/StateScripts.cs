namespace Attune.Server.State;

/// <summary>What must be one step for everybody else, as Lua.</summary>
/// <remarks>
/// Written for Lua 5.1 (Redis, Valkey) and 5.4 (Garnet); numbers are formatted by hand, since 5.4 may write 12.0. Every key is declared, because Garnet locks
/// only those. Done twice with the same arguments, each gives what it gave before.
/// </remarks>
internal static class StateScripts
{
    /// <summary>
    /// Counts an utterance whose bytes are stored already. KEYS: head, waiting, utterances, ready, turn, domains. ARGV: domain, id, Unix time in ms, utterances
    /// per domain, utterances per update (0: not to be learnt from). Returns the ids whose bytes may go.
    /// </summary>
    public const string Append = """
        if redis.call('ZSCORE', KEYS[3], ARGV[2]) then return {} end
        local count = redis.call('HINCRBY', KEYS[1], 'utterances', 1)
        if count == 1 then
          redis.call('HSET', KEYS[1], 'created', ARGV[3])
          redis.call('ZADD', KEYS[6], 0, ARGV[1])
        end
        redis.call('ZADD', KEYS[3], string.format('%.0f', count), ARGV[2])
        local capacity = tonumber(ARGV[4])
        local round = tonumber(ARGV[5])
        if round > 0 and redis.call('HGET', KEYS[1], 'frozen') ~= '1' then
          local waiting = redis.call('RPUSH', KEYS[2], ARGV[2])
          if waiting > capacity then
            redis.call('LTRIM', KEYS[2], waiting - capacity, -1)
            redis.call('HINCRBY', KEYS[1], 'dropped', waiting - capacity)
            waiting = capacity
          end
          if waiting >= round and not redis.call('ZSCORE', KEYS[4], ARGV[1]) then
            redis.call('ZADD', KEYS[4], string.format('%.0f', redis.call('INCR', KEYS[5])), ARGV[1])
          end
        end
        local excess = redis.call('ZCARD', KEYS[3]) - capacity
        if excess <= 0 then return {} end
        local old = redis.call('ZRANGE', KEYS[3], 0, excess - 1)
        redis.call('ZREMRANGEBYRANK', KEYS[3], 0, excess - 1)
        return old
        """;

    /// <summary>
    /// Changes a domain's state. KEYS: head, waiting, ready, turn, revisions, events, event-id, revision, candidate (both head again if there is none), then for each of its
    /// pieces what it becomes and what it is. ARGV: domain, token of
    /// the change, version that it starts from, fencing token (empty: none), state, frozen, number of the revision (empty: none), utterances per update,
    /// event, events kept, channel, counter, number of utterances used up, their ids. Returns 1; 0 if something changed in between, or the candidate is gone; -1 if another has the lease.
    /// </summary>
    public const string Change = """
        if redis.call('HGET', KEYS[1], 'change') == ARGV[2] then return 1 end
        if (redis.call('HGET', KEYS[1], 'version') or '0') ~= ARGV[3] then return 0 end
        if ARGV[4] ~= '' and redis.call('HGET', KEYS[1], 'fence') ~= ARGV[4] then return -1 end
        for i = 9, #KEYS, 2 do
          if redis.call('EXISTS', KEYS[i]) == 0 then return 0 end
        end
        local used = tonumber(ARGV[13])
        for i = 1, used do
          if redis.call('LINDEX', KEYS[2], i - 1) ~= ARGV[13 + i] then return 0 end
        end
        if used > 0 then
          redis.call('LTRIM', KEYS[2], used, -1)
          redis.call('HINCRBY', KEYS[1], 'learnt', used)
        end
        local turn = string.format('%.0f', redis.call('INCR', KEYS[4]))
        redis.call('HSET', KEYS[1], 'state', ARGV[5], 'frozen', ARGV[6], 'version', turn, 'change', ARGV[2])
        if ARGV[12] ~= '' then redis.call('HINCRBY', KEYS[1], ARGV[12], 1) end
        if ARGV[7] ~= '' then
          for i = 8, #KEYS, 2 do
            redis.call('RENAME', KEYS[i + 1], KEYS[i])
            redis.call('PERSIST', KEYS[i])
          end
          redis.call('ZADD', KEYS[5], ARGV[7], ARGV[7])
        end
        if ARGV[6] == '0' and redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[8]) then
          redis.call('ZADD', KEYS[3], turn, ARGV[1])
        else
          redis.call('ZREM', KEYS[3], ARGV[1])
        end
        local id = string.format('%.0f', redis.call('INCR', KEYS[7]))
        redis.call('ZADD', KEYS[6], id, id .. ':' .. ARGV[9])
        redis.call('ZREMRANGEBYRANK', KEYS[6], 0, -1 - tonumber(ARGV[10]))
        redis.call('PUBLISH', ARGV[11], id .. ':' .. ARGV[9])
        return 1
        """;

    /// <summary>
    /// Gives up waiting utterances whose bytes are gone. KEYS: head, waiting, ready. ARGV: domain, utterances per update, ids. Returns how many wait then.
    /// </summary>
    public const string Drop = """
        for i = 3, #ARGV do
          if redis.call('LREM', KEYS[2], 1, ARGV[i]) > 0 then redis.call('HINCRBY', KEYS[1], 'dropped', 1) end
        end
        local waiting = redis.call('LLEN', KEYS[2])
        if waiting < tonumber(ARGV[2]) then redis.call('ZREM', KEYS[3], ARGV[1]) end
        return waiting
        """;

    /// <summary>
    /// Takes a domain's lease. KEYS: lease, head. ARGV: token, duration in ms. Returns the fencing token; 0 if another has it, or the domain is gone.
    /// </summary>
    public const string Acquire = """
        local holder = redis.call('GET', KEYS[1])
        if holder == ARGV[1] then return tonumber(redis.call('HGET', KEYS[2], 'fence')) end
        if holder or redis.call('EXISTS', KEYS[2]) == 0 then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return redis.call('HINCRBY', KEYS[2], 'fence', 1)
        """;

    /// <summary>Keeps a lease for longer. KEYS: lease. ARGV: token, duration in ms. Returns 1; 0 if it is no longer ours.</summary>
    public const string Renew = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        return redis.call('PEXPIRE', KEYS[1], ARGV[2])
        """;

    /// <summary>Gives a lease back. KEYS: lease. ARGV: token.</summary>
    public const string Release = """
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        return redis.call('DEL', KEYS[1])
        """;

    /// <summary>Has changes refused that are being computed under a domain's lease. KEYS: head. Returns 1; 0 if there is no such domain.</summary>
    public const string Revoke = """
        if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
        redis.call('HINCRBY', KEYS[1], 'fence', 1)
        return 1
        """;

    /// <summary>Takes the lease of the migration. KEYS: lease. ARGV: token, duration in ms. Returns 1; 0 if another has it.</summary>
    public const string BeginMigration = """
        local holder = redis.call('GET', KEYS[1])
        if holder == ARGV[1] then return 1 end
        if holder then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
        return 1
        """;

    /// <summary>Writes down the format and gives back the lease. KEYS: lease, format. ARGV: token, format. Returns 1; 0 if the lease is no longer ours.</summary>
    public const string EndMigration = """
        if redis.call('GET', KEYS[2]) == ARGV[2] then return 1 end
        if redis.call('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call('SET', KEYS[2], ARGV[2])
        redis.call('DEL', KEYS[1])
        return 1
        """;

    /// <summary>
    /// Writes down which checkpoint serves. KEYS: activation. ARGV: token, version that is known, activation, channel. Returns the new version.
    /// </summary>
    public const string Activate = """
        local version = tonumber(redis.call('HGET', KEYS[1], 'version') or '0')
        if redis.call('HGET', KEYS[1], 'change') == ARGV[1] then return version end
        version = math.max(version, tonumber(ARGV[2])) + 1
        local text = string.format('%.0f', version)
        redis.call('HSET', KEYS[1], 'version', text, 'activation', ARGV[3], 'change', ARGV[1])
        redis.call('PUBLISH', ARGV[4], text)
        return version
        """;

    /// <summary>Begins a domain that no utterance has named yet. KEYS: head, domains. ARGV: domain, Unix time in ms. Returns 1; 0 if there is one.</summary>
    public const string Found = """
        if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
        redis.call('HSET', KEYS[1], 'created', ARGV[2])
        redis.call('ZADD', KEYS[2], 0, ARGV[1])
        return 1
        """;

    /// <summary>
    /// Counts examples whose bytes are stored already, and has the domain learn from those that are new. KEYS: examples, then of the scope that learns: head, waiting, ready, turn, domains.
    /// ARGV: Unix time in ms, most examples, domain, examples per update (0: not to be learnt from), then of each the Unix time in ms at which it is gone, and its id. Returns the
    /// ids of those that found no room, the one first that would have been gone first; their bytes may go.
    /// </summary>
    public const string AddExamples = """
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', ARGV[1])
        local capacity = tonumber(ARGV[2])
        local round = tonumber(ARGV[4])
        local learns = round > 0 and redis.call('HGET', KEYS[2], 'frozen') ~= '1'
        for i = 5, #ARGV, 2 do
          if redis.call('ZADD', KEYS[1], ARGV[i], ARGV[i + 1]) == 1 and round > 0 then
            if redis.call('HINCRBY', KEYS[2], 'utterances', 1) == 1 then
              redis.call('HSET', KEYS[2], 'created', ARGV[1])
              redis.call('ZADD', KEYS[6], 0, ARGV[3])
            end
            if learns then redis.call('RPUSH', KEYS[3], ARGV[i + 1]) end
          end
        end
        local waiting = learns and redis.call('LLEN', KEYS[3]) or 0
        if waiting > capacity then
          redis.call('LTRIM', KEYS[3], waiting - capacity, -1)
          redis.call('HINCRBY', KEYS[2], 'dropped', waiting - capacity)
          waiting = capacity
        end
        if learns and waiting >= round and not redis.call('ZSCORE', KEYS[4], ARGV[3]) then
          redis.call('ZADD', KEYS[4], string.format('%.0f', redis.call('INCR', KEYS[5])), ARGV[3])
        end
        local excess = redis.call('ZCARD', KEYS[1]) - capacity
        local old = {}
        if excess > 0 then
          old = redis.call('ZRANGE', KEYS[1], 0, excess - 1)
          redis.call('ZREMRANGEBYRANK', KEYS[1], 0, excess - 1)
        end
        local last = redis.call('ZRANGE', KEYS[1], -1, -1, 'WITHSCORES')
        redis.call('PEXPIRE', KEYS[1], string.format('%.0f', tonumber(last[2]) - tonumber(ARGV[1])))
        return old
        """;

    /// <summary>
    /// Deletes a domain whose bytes are deleted already. KEYS: head, waiting, utterances, revisions, lease, ready, domains, events, event-id. ARGV: domain, number
    /// of utterances and of revisions whose bytes were deleted, event, events kept, channel. Returns 1; 0 if there are others by now.
    /// </summary>
    public const string Delete = """
        if redis.call('ZCARD', KEYS[3]) ~= tonumber(ARGV[2]) or redis.call('ZCARD', KEYS[4]) ~= tonumber(ARGV[3]) then return 0 end
        for i = 1, 5 do redis.call('DEL', KEYS[i]) end
        redis.call('ZREM', KEYS[6], ARGV[1])
        redis.call('ZREM', KEYS[7], ARGV[1])
        local id = string.format('%.0f', redis.call('INCR', KEYS[9]))
        redis.call('ZADD', KEYS[8], id, id .. ':' .. ARGV[4])
        redis.call('ZREMRANGEBYRANK', KEYS[8], 0, -1 - tonumber(ARGV[5]))
        redis.call('PUBLISH', ARGV[6], id .. ':' .. ARGV[4])
        return 1
        """;
}
