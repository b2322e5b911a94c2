namespace LibvirtBackup.Policies;

/// <summary>Who is told how a run ended.</summary>
public sealed record PolicyNotification
{
    /// <summary>What is told; default failures only.</summary>
    public IReadOnlyList<NotificationReason> On { get; init; } = [NotificationReason.Failure];

    /// <summary>Where the result is posted as JSON, or null.</summary>
    public Webhook? Webhook { get; init; }

    /// <summary>Who gets a mail, or null.</summary>
    public MailNotice? Mail { get; init; }
}
