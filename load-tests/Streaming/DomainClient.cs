using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using Attune.Adaptation.Gate;
using Attune.Adaptation.Slow;
using Attune.V1;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;

namespace Attune.Streaming;

/// <summary>Says utterances to the domains of one server.</summary>
/// <param name="server">Its address. Nobody else may talk to its domains.</param>
/// <param name="audio">16-bit samples at 16 kHz, which utterances are cut from at different places.</param>
/// <param name="length">Of an utterance.</param>
/// <param name="gated">Whether the server's gate is on, so that an update takes those utterances too that are held back.</param>
internal sealed class DomainClient(Uri server, byte[] audio, TimeSpan length, bool gated) : IDisposable
{
    /// <summary>Utterances that may wait for the store; from 256 on a server leaves them out.</summary>
    private const int MostUnstored = 200;

    private const int Concurrent = 2, Turn = 50;

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private static readonly AdaptationConfig Draft = new() { Steps = 0 };

    private readonly GrpcChannel _channel = GrpcChannel.ForAddress(server);
    private readonly ConcurrentDictionary<int, long> _heard = [];

    /// <summary>Whether the server's gate is on.</summary>
    public bool IsGated => gated;

    /// <summary>Utterances that an update takes.</summary>
    public int RoundSize { get; } = new SlowUpdateOptions().UtterancesPerUpdate + (gated ? new GateOptions().HeldBack : 0);

    /// <summary>Says the utterances of a range, each to the domain that a rule gives, some at a time, and no more than the server stores.</summary>
    public async Task SayAsync(int from, int to, Func<int, int> domainOf, AdaptationConfig adaptation)
    {
        foreach (var part in Enumerable.Range(from, to - from).Chunk(MostUnstored))
        {
            await Parallel.ForEachAsync(part, new ParallelOptions { MaxDegreeOfParallelism = Concurrent }, async (i, _) => await SayAsync(domainOf(i), i, adaptation));
            await StoredAsync(domainOf(part[^1]));
        }
    }

    /// <summary>Waits until all that was said is stored and none of the domains has enough for an update.</summary>
    /// <returns>The domains.</returns>
    public async Task<IReadOnlyList<Domain>> LearntAsync()
    {
        while (true)
        {
            var all = await ListAsync();
            if (all.Sum(domain => domain.Utterances) >= _heard.Values.Sum() && all.All(domain => domain.UtterancesWaiting < RoundSize)) return all;
            await Task.Delay(25 * Pause);
        }
    }

    /// <summary>Goes on until each domain of a range has learnt at least once. A gate might refuse that for ever.</summary>
    public async Task TeachAsync(int from, int to)
    {
        var first = 0;
        for (var each = RoundSize; await UntaughtAsync(from, to) is { Length: > 0 } untaught; each = 1) // silence is not learnt from, so that some need more
        {
            var begin = first;
            first += each * untaught.Length;
            await SayAsync(begin, first, i => untaught[(i - begin) % untaught.Length], Draft);
        }
    }

    /// <summary>Lets none of the first domains learn any more, or all of them again.</summary>
    public async Task FreezeAsync(int domains, bool unfreeze = false)
    {
        var client = new V1.Adaptation.AdaptationClient(_channel);
        for (var domain = 0; domain < domains; domain++) await client.FreezeDomainAsync(new FreezeDomainRequest { Domain = Name(domain), Unfreeze = unfreeze });
    }

    /// <summary>Times drafts, one request after another, kinds in turns.</summary>
    /// <param name="domains">The first so many have a chance to be asked.</param>
    /// <param name="requests">Of each kind.</param>
    public async Task<DraftTimes> TimeDraftsAsync(int domains, int requests)
    {
        var random = new Random(1);
        Func<int?>[] kinds = [() => null, () => 0, () => random.Next(domains)];
        var turns = kinds.Select(_ => new List<double[]>()).ToArray();
        await SayAsync(0, domains, i => i, Draft); // what a first request costs is not to be counted
        for (var done = 0; done < requests; done += Turn)
        {
            for (var kind = 0; kind < kinds.Length; kind++)
            {
                var times = new double[Turn];
                int? domain = null;
                for (var i = 0; i < Turn; i++)
                {
                    domain = kinds[kind]();
                    var started = Stopwatch.GetTimestamp();
                    await SayAsync(domain, done + i, Draft);
                    times[i] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
                }

                turns[kind].Add(times);
                if (domain is { } last) await StoredAsync(last); // what the store still has to do is not to slow down the next kind
            }
        }

        return new DraftTimes(turns[0], turns[1], turns[2]);
    }

    public void Dispose() => _channel.Dispose();

    private static string Name(int domain) => string.Create(CultureInfo.InvariantCulture, $"line-{domain:0000}");

    private async Task SayAsync(int? domain, int utterance, AdaptationConfig adaptation)
    {
        if (domain is { } met && !_heard.ContainsKey(met)) _heard.TryAdd(met, await CountStoredAsync(met)); // by an earlier run
        var bytes = (int)(length.TotalSeconds * Recordings.SampleRateHz) * 2;
        var from = (int)(utterance * 7919L * 3200 % (audio.Length - bytes)) & ~1;
        await new Speech.SpeechClient(_channel).RecognizeAsync(new RecognizeRequest
        {
            Config = new RecognitionConfig
            {
                Encoding = AudioEncoding.Linear16,
                SampleRateHertz = Recordings.SampleRateHz,
                Domain = domain is { } number ? Name(number) : "",
                Adaptation = adaptation,
            },
            Audio = UnsafeByteOperations.UnsafeWrap(audio.AsMemory(from, bytes)),
        });
        if (domain is { } heard) _heard.AddOrUpdate(heard, 1, (_, count) => count + 1);
    }

    /// <summary>Waits until a domain's utterances are stored, and with them nearly all that were said before: they are stored in order.</summary>
    private async Task StoredAsync(int domain)
    {
        while (await CountStoredAsync(domain) < _heard[domain]) await Task.Delay(Pause);
    }

    private async Task<long> CountStoredAsync(int domain)
    {
        try
        {
            return (await new V1.Adaptation.AdaptationClient(_channel).GetDomainAsync(new GetDomainRequest { Domain = Name(domain) })).Utterances;
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
        {
            return 0; // not known yet
        }
    }

    private async Task<int[]> UntaughtAsync(int from, int to)
    {
        var learnt = (await LearntAsync()).Where(domain => domain.Updates > 0).Select(domain => domain.Name).ToHashSet(StringComparer.Ordinal);
        return [.. Enumerable.Range(from, to - from).Where(domain => !learnt.Contains(Name(domain)))];
    }

    private async Task<IReadOnlyList<Domain>> ListAsync()
    {
        var client = new V1.Adaptation.AdaptationClient(_channel);
        var all = new List<Domain>();
        for (var page = ""; ;)
        {
            var answer = await client.ListDomainsAsync(new ListDomainsRequest { PageSize = 1000, PageToken = page });
            all.AddRange(answer.Domains);
            if ((page = answer.NextPageToken).Length == 0) return all;
        }
    }
}
