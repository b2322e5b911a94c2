using System.Globalization;

namespace LibvirtBackup.Policies.Reading;

/// <summary>Reads what a policy says of proofs, programs and people.</summary>
internal sealed class CheckSections(Section file)
{
    private static readonly TimeSpan s_hookPatience = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan s_noticePatience = TimeSpan.FromSeconds(30);

    internal PolicyVerification ReadVerification()
    {
        var defaults = new PolicyVerification();
        if (file.Open("verify") is not { } section) return defaults;
        var (sample, full, test) = (section.Open("sample"), section.Open("full"), section.Open("test-restore"));
        foreach (var part in new[] { sample, full, test })
            part?.Required("when");
        if (test is not null && test.Has("console") && test.Has("run-for"))
            test.Wrong("run-for", "there is 'console' as well; leave one out");
        return new PolicyVerification
        {
            Sample = sample is null ? null : PolicyReader.ReadSchedule(sample, "when"),
            SamplePercent = sample?.Parsed<double?>("percent", defaults.SamplePercent, Percent,
                "a number above 0, at most 100")!.Value ?? defaults.SamplePercent,
            Full = full is null ? null : PolicyReader.ReadSchedule(full, "when"),
            TestRestore = test is null ? null : PolicyReader.ReadSchedule(test, "when"),
            TestDirectory = test?.AbsolutePath("directory"),
            TestTimeout = test?.Duration("timeout", defaults.TestTimeout) ?? defaults.TestTimeout,
            TestConsole = test?.Text("console"),
            TestRunTime = test is not null && test.Has("run-for") ? test.Duration("run-for", default) : null,
        };
    }

    internal PolicyHooks ReadHooks() => file.Open("hooks") is not { } section ? new PolicyHooks() : new PolicyHooks
    {
        Before = ReadHook(section.Open("before")),
        After = ReadHook(section.Open("after")),
        OnFailure = ReadHook(section.Open("on-failure")),
    };

    internal PolicyNotification ReadNotification()
    {
        var defaults = new PolicyNotification();
        if (file.Open("notify") is not { } section) return defaults;
        if (section.Node is FileNode.Keys && !section.Has("webhook") && !section.Has("mail"))
            section.Wrong("webhook", "nobody is told; add 'webhook' or 'mail', or leave out 'notify'");
        return new PolicyNotification
        {
            On = section.Has("on") ? ReadReasons(section) : defaults.On,
            Webhook = ReadWebhook(section.Open("webhook")),
            Mail = ReadMail(section.Open("mail")),
        };
    }

    private static HookCommand? ReadHook(Section? section) =>
        section is null ? null : new HookCommand(section.Command("run"), section.Duration("timeout", s_hookPatience));

    private static List<NotificationReason> ReadReasons(Section section)
    {
        var reasons = new List<NotificationReason>();
        foreach (var text in section.Texts("on"))
        {
            if (char.IsAsciiLetter(text[0])
                && Enum.TryParse<NotificationReason>(text, ignoreCase: true, out var reason))
                reasons.Add(reason);
            else
                section.Wrong("on", $"it cannot have '{text}'; write failure, warning or success");
        }

        return reasons;
    }

    private static Webhook? ReadWebhook(Section? section)
    {
        if (section is null) return null;
        if (section.Has("url") == section.Has("url-file"))
            section.Wrong("url", "write either 'url' or 'url-file'");
        var url = section.Parsed<Uri?>(
            "url", null, t => Uri.TryCreate(t, UriKind.Absolute, out var u) && u.Scheme is "http" or "https" ? u : null,
            "an address that begins with https:// or http://");
        if (url is { UserInfo.Length: > 0 })
            section.Wrong("url", "a password in an address is shown in logs; use 'url-file' or 'token-file'");
        return new Webhook(
            url, section.AbsolutePath("url-file"), section.AbsolutePath("token-file"),
            section.Duration("timeout", s_noticePatience));
    }

    private static MailNotice? ReadMail(Section? section)
    {
        if (section is null) return null;
        section.Required("to");
        return new MailNotice(
            section.Has("command") ? section.Command("command") : ["/usr/sbin/sendmail", "-t"],
            Address(section, "to") ?? "", Address(section, "from"), section.Duration("timeout", s_noticePatience));
    }

    private static string? Address(Section section, string key) => section.Parsed<string?>(
        key, null, t => t.Any(char.IsControl) ? null : t, "a mail address in one line");

    private static double? Percent(string text) =>
        double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent)
        && percent is > 0 and <= 100 ? percent : null;
}
