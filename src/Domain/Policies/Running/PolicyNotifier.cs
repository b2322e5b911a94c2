using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LibvirtBackup.Policies.Planning;

namespace LibvirtBackup.Policies.Running;

/// <summary>Tells people how a run ended. What cannot be told is a warning, never a failure of the run.</summary>
internal sealed class PolicyNotifier(Policy policy, TimeProvider time)
{
    /// <summary>Tells those that want to know.</summary>
    /// <returns>What could not be told, one line each; no addresses or tokens, for they may be secrets.</returns>
    internal async Task<IReadOnlyList<string>> TellAsync(PolicyRunReport report, CancellationToken cancellationToken)
    {
        var wanted = policy.Notification;
        var reason = !report.Ok ? NotificationReason.Failure
            : report.HasWarnings ? NotificationReason.Warning : NotificationReason.Success;
        if (!wanted.On.Contains(reason)) return [];
        var problems = new List<string>();
        if (wanted.Webhook is { } webhook
            && await PostAsync(webhook, report, cancellationToken).ConfigureAwait(false) is { } unheard)
            problems.Add($"the webhook was not reached: {unheard}");
        if (wanted.Mail is { } mail
            && await ProgramRun.RunAsync(mail.Command, mail.Timeout, Write(mail, report), time, cancellationToken)
                .ConfigureAwait(false) is { } unsent)
            problems.Add($"the mail was not sent: {unsent}");
        return problems;
    }

    /// <summary>The message, as sendmail reads it.</summary>
    internal ReadOnlyMemory<byte> Write(MailNotice mail, PolicyRunReport report)
    {
        var bad = report.Tasks.Count(task => task.Outcome != TaskOutcome.Done);
        string[] warnings = [.. report.Warnings, .. report.Tasks.SelectMany(task => task.Warnings)];
        var verdict = bad > 0 ? $"{bad} of {report.Tasks.Count} tasks failed"
            : warnings.Length > 0 ? "done, with warnings"
            : "all is well";
        var text = new StringBuilder();
        if (mail.From is { } from) text.AppendLine(CultureInfo.InvariantCulture, $"From: {from}");
        text.AppendLine(CultureInfo.InvariantCulture, $"To: {mail.To}")
            .AppendLine(
                CultureInfo.InvariantCulture, $"Subject: [lvbackup] {report.Host}: policy {report.Policy}: {verdict}")
            .AppendLine(CultureInfo.InvariantCulture, $"Date: {time.GetUtcNow():r}")
            .AppendLine("MIME-Version: 1.0").AppendLine("Content-Type: text/plain; charset=utf-8").AppendLine();
        foreach (var task in report.Tasks.OrderBy(task => task.Outcome == TaskOutcome.Done))
            text.AppendLine(Line(task));
        foreach (var warning in warnings)
            text.AppendLine(CultureInfo.InvariantCulture, $"warning: {warning}");
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static string Line(TaskReport task) =>
        $"{task.Task}{(task.Domain is { } domain ? $" of {domain}" : "")}: {task.Outcome.ToString().ToLowerInvariant()}"
        + (task.Point is { } point ? $", point {point}" : "") + (task.Message is { } message ? $": {message}" : "");

    private async Task<string?> PostAsync(
        Webhook webhook, PolicyRunReport report, CancellationToken cancellationToken)
    {
        try
        {
            using var client = new HttpClient { Timeout = Timeout.InfiniteTimeSpan };
            using var limit = new CancellationTokenSource(webhook.Timeout, time);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
            using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url ?? ReadAddress(webhook.UrlFile!));
            request.Content = new ByteArrayContent(
                JsonSerializer.SerializeToUtf8Bytes(report, PolicyJson.Default.PolicyRunReport));
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            if (webhook.TokenFile is { } file)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", FirstLine(file));
            using var response = await client.SendAsync(request, either.Token).ConfigureAwait(false);
            return response.IsSuccessStatusCode ? null : $"it answers {(int)response.StatusCode}";
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return $"it does not answer within {DurationText.Format(webhook.Timeout)}";
        }
        catch (HttpRequestException e)
        {
            return e.HttpRequestError.ToString();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or FormatException)
        {
            return e.Message;
        }
    }

    private static Uri ReadAddress(string file) => Uri.TryCreate(FirstLine(file), UriKind.Absolute, out var url)
        && url.Scheme is "http" or "https" ? url
            : throw new FormatException($"'{file}' does not begin with an address");

    private static string FirstLine(string file) => File.ReadLines(file).FirstOrDefault()?.Trim() ?? "";
}
