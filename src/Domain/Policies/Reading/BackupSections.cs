using LibvirtBackup.Backups;
using LibvirtBackup.Backups.Planning;

namespace LibvirtBackup.Policies.Reading;

/// <summary>Reads what a policy says of each backup.</summary>
internal sealed class BackupSections(Section file)
{
    internal BackupRequest Read()
    {
        var disks = file.Open("disks");
        var request = new BackupRequest
        {
            Domain = "",
            Track = ReadTrack(),
            Disks = disks?.Texts("only") ?? [],
            Exclude = disks?.Texts("except") ?? [],
            Quiesce = ReadQuiesce(),
            ScratchDirectory = file.AbsolutePath("scratch"),
            Channel = ReadChannel(file.Open("nbd")),
            RateLimitBytesPerSecond = file.Parsed<long?>(
                "rate", null, t => SizeText.TryParse(t, out var n) && n > 0 ? n : null,
                "bytes a second, such as 100MiB"),
            StartPaused = file.Flag("start-paused"),
            IncludeSecrets = file.Flag("include-secrets"),
        };
        if (request.Disks.Intersect(request.Exclude, StringComparer.Ordinal).FirstOrDefault() is { } both)
            disks!.Wrong("except", $"disk '{both}' is in 'only' as well; leave it out of one"); // it names disks
        return request;
    }

    private static DataChannel ReadChannel(Section? section)
    {
        if (section is null) return new DataChannel();
        var channel = new DataChannel
        {
            CertificatesDirectory = section.AbsolutePath("tls-dir"),
            ListenAddress = section.Text("listen"),
            IsUnencrypted = section.Flag("unencrypted"),
        };
        if (channel is { IsUnencrypted: true, CertificatesDirectory: not null })
            section.Wrong("unencrypted", "certificates are of no use without encryption; leave out one of the two");
        var (first, last) = section.Parsed<(int, int)?>(
            "ports", (channel.FirstPort, channel.LastPort),
            t => PortRangeText.TryParse(t, out var low, out var high) ? (low, high) : null,
            PortRangeText.Expected)!.Value; // the default is a value
        return channel with { FirstPort = first, LastPort = last };
    }

    private string ReadTrack()
    {
        var track = file.Text("track") ?? "default";
        try
        {
            CheckpointNaming.ValidateTrack(track);
        }
        catch (BackupException e)
        {
            file.Wrong("track", e.Message);
        }

        return track;
    }

    private QuiesceOptions ReadQuiesce()
    {
        var defaults = new QuiesceOptions();
        if (file.Find("quiesce") is FileNode.Value)
            return defaults with { Mode = ReadMode(file, "quiesce", defaults.Mode) };
        if (file.Open("quiesce") is not { } section) return defaults;
        var options = new QuiesceOptions
        {
            Mode = ReadMode(section, "mode", QuiesceMode.Try),
            MountPoints = section.Texts("mount-points"),
            Timeout = section.Duration("timeout", defaults.Timeout),
            Limit = section.Duration("limit", defaults.Limit),
        };
        foreach (var (key, value) in new[] { ("timeout", options.Timeout), ("limit", options.Limit) })
        {
            if (value > QuiesceOptions.Longest)
                section.Wrong(key, $"it can be {DurationText.Format(QuiesceOptions.Longest)} at most");
        }

        return options;
    }

    private static QuiesceMode ReadMode(Section section, string key, QuiesceMode @default) =>
        section.Parsed<QuiesceMode?>(
            key, @default,
            t => t switch
            {
                "none" => QuiesceMode.None, "try" => QuiesceMode.Try, "require" => QuiesceMode.Require, _ => null,
            },
            "none, try or require")!.Value; // the default is a value
}
