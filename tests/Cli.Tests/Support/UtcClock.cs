namespace LibvirtBackup.Cli.Tests.Support;

/// <summary>The real time in a zone that is the same on every machine.</summary>
internal sealed class UtcClock : TimeProvider
{
    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;
}
