using System.Text.RegularExpressions;
using LibvirtBackup.Policies.Calendars;
using LibvirtBackup.Retention;

namespace LibvirtBackup.Policies.Reading;

/// <summary>Reads policy files, and finds all that is wrong with one at once.</summary>
internal static partial class PolicyReader
{
    /// <summary>Reads a policy.</summary>
    /// <param name="file">The file's name, for messages.</param>
    /// <param name="text">Its text.</param>
    /// <param name="localZone">The time zone of a policy that names none.</param>
    public static PolicyReading Read(string file, string text, TimeZoneInfo localZone)
    {
        var root = FileTree.Read(text, out var unreadable);
        if (unreadable is not null) return new PolicyReading(file, null, [unreadable], []);
        if (root is null)
            return new PolicyReading(file, null, [new PolicyProblem(1, 1, "", "the file is empty")], []);
        var findings = new Findings();
        var policy = ReadAll(new Section(root, "", findings), localZone);
        var problems = findings.Problems;
        return new PolicyReading(file, problems.Count == 0 ? policy : null, problems, findings.Warnings);
    }

    private static Policy ReadAll(Section file, TimeZoneInfo localZone)
    {
        if (file.Required("version") is not ("" or "1"))
            file.Wrong("version", "this program knows version 1 of policies; write 1, or use a newer lvbackup");
        var name = file.Required("name");
        if (name.Length > 0 && !Name().IsMatch(name))
            file.Wrong("name", $"'{name}' is no name; use 1 to 64 letters, digits, '.', '_' or '-', no '.' first");
        var zone = file.Parsed(
            "time-zone", localZone, t => TimeZoneInfo.TryFindSystemTimeZoneById(t, out var found) ? found : null,
            "a zone of this host such as Europe/Berlin or UTC ('timedatectl list-timezones')");
        var checks = new CheckSections(file);
        return new Policy
        {
            Name = name,
            Connect = file.Text("connect"),
            Domains = ReadDomains(file),
            Repository = ReadRepository(file),
            Backup = new BackupSections(file).Read(),
            Zone = zone,
            Calendar = ReadCalendar(file),
            Retry = ReadRetry(file.Open("retry")),
            Retention = ReadRetention(file, out var freeSpace),
            FreeSpace = freeSpace,
            Limits = ReadLimits(file.Open("limits")),
            Verification = checks.ReadVerification(),
            Hooks = checks.ReadHooks(),
            Notification = checks.ReadNotification(),
        };
    }

    private static DomainSelection ReadDomains(Section file)
    {
        if (Opened(file, "domains") is not { } section) return new DomainSelection();
        var selection = new DomainSelection
        {
            All = section.Flag("all"),
            Names = section.Texts("names"),
            Match = section.Texts("match"),
            Tags = section.Texts("tags"),
            Except = section.Texts("except"),
        };
        if (section is { Node: FileNode.Keys } && !selection.All
            && !section.Has("names") && !section.Has("match") && !section.Has("tags"))
            section.Wrong("all", "no domain is selected; write 'all: true', or names, match or tags");
        return selection;
    }

    private static PolicyRepository ReadRepository(Section file)
    {
        if (Opened(file, "repository") is not { } section) return new PolicyRepository("", null, null);
        section.Required("directory");
        var repository = new PolicyRepository(
            section.AbsolutePath("directory") ?? "", section.AbsolutePath("key-file"),
            section.AbsolutePath("passphrase-file"));
        if (repository is { KeyFile: not null, PassphraseFile: not null })
            section.Wrong("passphrase-file", "there is a key-file as well; leave one out");
        return repository;
    }

    private static LevelCalendar ReadCalendar(Section file)
    {
        if (Opened(file, "schedule") is not { } section) return new LevelCalendar(null, null, null);
        var calendar = new LevelCalendar(
            ReadSchedule(section, "full"), ReadSchedule(section, "differential"),
            ReadSchedule(section, "incremental"));
        if (section.Node is FileNode.Keys && !PolicyKeys.All["schedule"].Any(section.Has))
            section.Wrong("incremental", "nothing is ever due; write for instance 'incremental: daily at 02:00'");
        if (calendar is { Differential: not null, Full: null })
            section.Warn("differential", "without 'full', differentials are of the track's first full for ever");
        return calendar;
    }

    /// <summary>A schedule, or null when the key is not there or wrong.</summary>
    internal static Schedule? ReadSchedule(Section section, string key) => section.Parsed<Schedule?>(
        key, null, ScheduleText.TryParse, $"a schedule such as {ScheduleText.Examples}");

    private static PolicyRetry ReadRetry(Section? section)
    {
        var defaults = new PolicyRetry();
        return section is null ? defaults : new PolicyRetry
        {
            Attempts = section.Count("attempts", defaults.Attempts, 1, 10),
            After = section.Duration("after", defaults.After),
        };
    }

    private static RetentionRules? ReadRetention(Section file, out bool freeSpace)
    {
        freeSpace = true;
        if (file.Open("retention") is not { } section)
        {
            file.Warn("retention", "no rule says which points go, so all stay for ever and the repository only grows");
            return null;
        }

        freeSpace = section.Flag("free-space", @default: true);
        var rules = new RetentionRules
        {
            KeepLast = Keep("keep-last"),
            KeepHourly = Keep("keep-hourly"),
            KeepDaily = Keep("keep-daily"),
            KeepWeekly = Keep("keep-weekly"),
            KeepMonthly = Keep("keep-monthly"),
            KeepYearly = Keep("keep-yearly"),
        };
        if (section.Node is FileNode.Keys && rules == new RetentionRules())
            section.Wrong("keep-daily", "no rule keeps anything; write for instance 'keep-daily: 7'");
        return rules;

        int Keep(string key) => section.Count(key, 0, 0, 100_000);
    }

    private static PolicyLimits ReadLimits(Section? section)
    {
        var defaults = new PolicyLimits();
        return section is null ? defaults : new PolicyLimits
        {
            Host = section.Count("host", defaults.Host, 1, 64),
            Repository = section.Count("repository", defaults.Repository, 1, 64),
        };
    }

    /// <summary>A section that has to be there.</summary>
    private static Section? Opened(Section file, string key)
    {
        if (!file.Has(key)) file.Wrong(key, "it is missing");
        return file.Open(key);
    }

    [GeneratedRegex("^[A-Za-z0-9_-][A-Za-z0-9._-]{0,63}$", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Name();
}
